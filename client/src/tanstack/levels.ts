/** Inconsistency cost of a cached query. */
export type Level = 'high' | 'medium' | 'low'

/** How the browser treats a cached query. */
export interface Policy {
  /** Milliseconds for which an answer counts as fresh though nobody confirmed it. */
  readonly staleTime: number
  /** Whether a stale answer is read again when the window gets the focus. */
  readonly refetchOnWindowFocus: boolean | 'always'
}

/** high: always asked again. medium: 30 s. low: 5 min, and not on focus. */
export const policies: Readonly<Record<Level, Policy>> = {
  high: { staleTime: 0, refetchOnWindowFocus: true },
  medium: { staleTime: 30_000, refetchOnWindowFocus: true },
  low: { staleTime: 300_000, refetchOnWindowFocus: false },
}

/** What a caller would rather have. Tightening is taken; loosening is refused with a warning. */
export type Wish = { readonly [Knob in keyof Policy]?: Policy[Knob] | undefined }

/** The policy of a level, tightened by the caller's wish. `warn` is called for each wish that would loosen it. */
export function policyFor(level: Level, wish: Wish, warn: (message: string) => void): Policy {
  const { staleTime, refetchOnWindowFocus } = policies[level]
  const refused = (knob: keyof Policy) =>
    warn(`${knob}: ${String(wish[knob])} is looser than level '${level}' allows (${String(policies[level][knob])}), ` +
      `and was not taken. Leave it out, or give the query a lower level.`)
  const looserTime = wish.staleTime !== undefined && wish.staleTime > staleTime
  const looserFocus = wish.refetchOnWindowFocus === false && refetchOnWindowFocus !== false
  if (looserTime) refused('staleTime')
  if (looserFocus) refused('refetchOnWindowFocus')
  return {
    staleTime: looserTime ? staleTime : (wish.staleTime ?? staleTime),
    refetchOnWindowFocus: looserFocus ? refetchOnWindowFocus : (wish.refetchOnWindowFocus ?? refetchOnWindowFocus),
  }
}
