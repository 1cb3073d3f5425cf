#include "engine/unread.h"

static const struct {
	uint32_t offset, len;
	const char *magic;
	const char *name;
} MAGICS[] = {
	{ 4, 4, "LfLe", "Windows event log of XP/2003 (EVT), convert it with wevtutil epl" },
	{ 0, 4, "regf", "Windows registry hive" },
	{ 4, 4, "\xef\xcd\xab\x89", "ESE database (SRUM, Exchange, Active Directory)" },
	{ 0, 16, "SQLite format 3\0", "SQLite database" },
	{ 0, 8, "LPKSHHRH", "systemd journal" },
	{ 0, 4, "\xd4\xc3\xb2\xa1", "packet capture (pcap)" },
	{ 0, 4, "\xa1\xb2\xc3\xd4", "packet capture (pcap)" },
	{ 0, 4, "\x4d\x3c\xb2\xa1", "packet capture (pcap, nanoseconds)" },
	{ 0, 4, "\xa1\xb2\x3c\x4d", "packet capture (pcap, nanoseconds)" },
	{ 0, 4, "\x0a\x0d\x0d\x0a", "packet capture (pcapng)" },
	{ 0, 4,
	  "\x7f"
	  "ELF",
	  "ELF program or library" },
	{ 0, 2, "MZ", "Windows program or library (PE)" },
	{ 0, 5, "%PDF-", "PDF document" },
	{ 4, 4, "SCCA", "Windows prefetch file" },
	{ 0, 4, "MAM\x04", "Windows prefetch file (compressed)" },
	{ 0, 8, "FILE0\0\x03\0", "NTFS master file table" },
	{ 3, 8, "NTFS    ", "NTFS volume image" },
	{ 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE compound file (Office, MSI, jump list)" },
	{ 0, 20, "\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", "Windows shortcut" },
	{ 0, 8, "EVF\x09\x0d\x0a\xff\0", "EnCase disk image (E01)" },
	{ 0, 4, "QFI\xfb", "QEMU disk image" },
	{ 0, 4, "KDMV", "VMware disk image" },
	{ 0, 8, "vhdxfile", "Hyper-V disk image" },
	{ 0, 8, "PAGEDUMP", "Windows crash dump" },
	{ 0, 8, "PAGEDU64", "Windows crash dump" },
	{ 0, 4, "MDMP", "Windows minidump" },
	{ 0, 4, "EMiL", "memory image (LiME)" },
	{ 0, 4, "Rar!", "RAR archive" },
	{ 0, 4, "MSCF", "cabinet archive" },
	{ 0, 8, "\x89PNG\r\n\x1a\n", "PNG picture" },
	{ 0, 3, "\xff\xd8\xff", "JPEG picture" },
};

const char *unread_name(bytes head)
{
	for (size_t i = 0; i < COUNT(MAGICS); i++) {
		bytes at;

		if (bytes_sub(head, MAGICS[i].offset, MAGICS[i].len, &at) &&
		    memcmp(at.ptr, MAGICS[i].magic, at.len) == 0)
			return MAGICS[i].name;
	}
	return NULL;
}
