/** A ref that brings what has just appeared into view: an answer to a click must not hide behind the live strip. */
export function inView(element: Element | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
