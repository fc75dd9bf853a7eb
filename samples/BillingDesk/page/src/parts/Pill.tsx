const words: Readonly<Record<string, string>> = { open: 'Open', past_due: 'Past due', paid: 'Paid', current: 'Current' }

/** A status, in a word and a colour. */
export function Pill({ status }: { status: string }) {
  return <span className={`pill pill-${status}`}>{words[status] ?? status}</span>
}
