// Made once: to make one takes a tenth of a millisecond, and a screen formats some two hundred values each time it is drawn.
const counts = new Intl.NumberFormat('en')
const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const moments = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false })
const clocks = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const amounts = new Map<string, Intl.NumberFormat>()

/** An amount in a currency's smallest unit, as people read it. */
export function money(cents: number, currency: string): string {
  let format = amounts.get(currency)
  if (!format) amounts.set(currency, format = new Intl.NumberFormat('en', { style: 'currency', currency }))
  return format.format(cents / 100)
}

/** A number of things. */
export function count(number: number): string {
  return counts.format(number)
}

/** A calendar day such as 2026-01-15, shown as that very day in every time zone. */
export function day(iso: string): string {
  return days.format(new Date(iso))
}

/** A moment, in the reader's own time zone. */
export function moment(iso: string): string {
  return moments.format(new Date(iso))
}

/** The time of day, to the second. */
export function clock(iso: string): string {
  return clocks.format(new Date(iso))
}

/** Cents from what a person typed ("12.5", "1,200.00"); undefined if that is no amount. */
export function centsFrom(text: string): number | undefined {
  const plain = text.replaceAll(',', '').trim()
  return /^\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : undefined
}

/** Cents as a person would type them. */
export function typed(cents: number): string {
  return (cents / 100).toFixed(2)
}
