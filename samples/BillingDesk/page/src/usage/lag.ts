import type { PipelineLag } from '../api/growthTypes.ts'

/** How far behind something is by now: the server said how far it was, and since then time has passed here. */
export function lagNow({ lagSeconds, boundSeconds }: PipelineLag, receivedAt: number, now: number): { seconds: number; late: boolean } {
  const seconds = lagSeconds + Math.max(0, now - receivedAt) / 1000
  return { seconds, late: seconds > boundSeconds }
}

/** A length of time, as short as it can be said. */
export function length(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}
