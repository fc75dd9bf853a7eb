import type { OnProblem } from '../core/index.ts'

/** Inconsistency cost of a cached query. */
export type Level = 'high' | 'medium' | 'low'

/** How the browser treats a cached query. */
export interface Policy {
  /** Milliseconds for which an answer counts as fresh though nobody confirmed it. */
  readonly staleTime: number
  /** Whether a stale answer is read again when the window gets the focus. */
  readonly refetchOnWindowFocus: boolean | 'always'
}

/** high: always asked again. medium: 30 s. low: 5 min, and not on focus. A generated query says its own. */
export const policyOf = (level: Level): Policy => ({
  staleTime: { high: 0, medium: 30_000, low: 300_000 }[level], refetchOnWindowFocus: level !== 'low',
})

/** What a caller would rather have. Tightening is taken; loosening is refused with a warning. */
export type Wish = { readonly [Knob in keyof Policy]?: Policy[Knob] | undefined }

/** A declared policy, tightened by the caller's wish. A wish that would loosen it is a problem, and not taken. */
export function policyFor(name: string, declared: Policy, wish: Wish, onProblem: OnProblem): Policy {
  const taken: Policy = {
    staleTime: Math.min(declared.staleTime, wish.staleTime ?? Infinity),
    refetchOnWindowFocus: wish.refetchOnWindowFocus || declared.refetchOnWindowFocus,
  }
  for (const knob of Object.keys(taken) as (keyof Policy)[]) {
    const wished = wish[knob] ?? taken[knob]
    if (wished !== taken[knob]) onProblem('policy', `${name}: ${knob} ${wished} loosens ${declared[knob]}`)
  }
  return taken
}
