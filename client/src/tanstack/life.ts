import type { StreamHandle } from '../core/index.ts'

export const isHidden = (): boolean | undefined => globalThis.document?.hidden

/**
 * Follows a page's life. Does nothing where there is no page. Returns the way to stop.
 * @param wake Somebody looks at the page, or the network is back.
 * @param stream Pauses while the network is gone. Stops when the page is: with an open connection or a lock it is not kept for the way back;
 * without, it is, and hears nothing meanwhile.
 */
export function followLife(wake: () => void, stream: StreamHandle | undefined): () => void {
  const ended = new AbortController() // its signal is the listeners' option of that name
  const on = (react: () => void, ...events: string[]) => {
    for (const event of events) globalThis.addEventListener?.(event, react, ended)
  }
  on(() => isHidden() || wake(), 'visibilitychange', 'focus', 'online', 'pageshow')
  on(() => stream?.pause(), 'offline')
  on(() => stream?.stop(), 'pagehide')
  return () => ended.abort()
}
