/** Tells each listener. One that throws must not hide it from the others, nor stop what is under way, nor be hidden itself. */
export function tell<T>(listeners: Iterable<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value)
    } catch (error) {
      queueMicrotask(() => { throw error })
    }
  }
}
