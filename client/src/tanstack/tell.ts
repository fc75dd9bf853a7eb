import type { Observer } from './observer.ts'

/** Tells each observer. One that throws must not hide it from the others, nor stop what is under way, nor be hidden itself. */
export type Tell = <TWhat extends keyof Observer>(what: TWhat, ...told: Parameters<Required<Observer>[TWhat]>) => void

export const teller = (observers: Iterable<Observer>): Tell => (what, ...told) => {
  for (const observer of [...observers]) {
    try {
      ;(observer[what] as ((...told: unknown[]) => void) | undefined)?.(...told)
    } catch (error) {
      queueMicrotask(() => { throw error })
    }
  }
}
