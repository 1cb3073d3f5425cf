"""A mail server for tests: takes what it is given, on this machine only."""
import socket
import threading


class Server(threading.Thread):
    """Keeps (sender, recipients, content) of each whole mail; `refuse`: answers 450 to so many of them."""
    def __init__(self, refuse=0):
        super().__init__(daemon=True)
        self.s = socket.create_server(('127.0.0.1', 0))
        self.port = self.s.getsockname()[1]
        self.mails, self.refuse = [], refuse
        self.start()

    def run(self):
        while True:
            c, _ = self.s.accept()
            try:
                self.talk(c.makefile('rwb'))
            except OSError:  # whoever spoke was killed
                pass
            c.close()

    def talk(self, f):
        def say(x):
            f.write(x + b'\r\n')
            f.flush()

        say(b'220 here')
        to, sender = [], None
        for line in f:
            verb = line.split(b':')[0].strip().upper()
            if verb.startswith((b'EHLO', b'HELO')):
                say(b'250 here')
            elif verb == b'MAIL FROM':
                sender = line
                say(b'250 ok')
            elif verb == b'RCPT TO':
                to.append(line.split(b'<')[1].split(b'>')[0].decode())
                say(b'250 ok')
            elif verb == b'DATA':
                say(b'354 go')
                data = b''
                for line in f:
                    if line == b'.\r\n':
                        break
                    data += line[1:] if line.startswith(b'.') else line
                else:
                    return  # cut off: no mail
                if self.refuse:
                    self.refuse -= 1
                    say(b'450 later')
                else:
                    self.mails.append((sender, to, data))
                    say(b'250 taken')
            elif verb == b'QUIT':
                say(b'221 bye')
                return
            else:
                say(b'500 what')
