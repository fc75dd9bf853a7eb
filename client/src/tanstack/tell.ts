/** Tells each listener. One that throws must not hide it from the others, nor stop what is under way, nor be hidden itself. */
export function tell<T>(listeners: Iterable<T>, what: (listener: T) => void): void {
  for (const listener of [...listeners]) {
    try {
      what(listener)
    } catch (error) {
      queueMicrotask(() => { throw error })
    }
  }
}
