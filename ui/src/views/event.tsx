// One event on a page of its own.
import { Section } from '../parts/bits';
import { Record } from '../parts/record';
import { useWords } from '../text/words';

export function EventView({ at }: { at: string }) {
  const { t } = useWords();
  const [hash, offset, number] = at.split(':');
  return <Section title={`${t('record')} ${number ?? ''}`} note={<code>{hash}:{offset}:{number}</code>}>{/^[0-9a-z]+:\d+:\d+$/i.test(at) ? <Record at={at} /> : <p class="note">{t('none')}</p>}</Section>;
}
