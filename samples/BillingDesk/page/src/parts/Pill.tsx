import type { InvoiceStatus } from '../api/types.ts'

const words: Record<InvoiceStatus | 'current', string> = { open: 'Open', past_due: 'Past due', paid: 'Paid', current: 'Current' }

/** A status, in a word and a colour. */
export function Pill({ status }: { status: InvoiceStatus | 'current' }) {
  return <span className={`pill pill-${status}`}>{words[status]}</span>
}
