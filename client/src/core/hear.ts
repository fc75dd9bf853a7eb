import type { FreshnessClient } from './client.ts'
import type { LinkFrame } from './link.ts'
import type { HeardRecord } from './notice.ts'
import type { OnProblem } from './problem.ts'
import { anyTag } from './wire.ts'

/**
 * Makes a client hear. Returns what takes in a frame of the stream.
 * @param onNeed Called when the stream is needed from an earlier place than it was, or for the first time: `client.at`.
 */
export function hearing(client: FreshnessClient, problem: OnProblem, onNeed: () => void): (frame: LinkFrame) => void {
  /** From here to `client.at` the stream has told everything. */
  let since = 0
  const catalogs = new Set([client.manifest])

  // An answer of a node that lags may be older than where the stream was taken up; what happened in between has to be told again.
  client.onAnswer = (answer) => {
    const { epoch, interval } = answer
    if (!interval || client.isOutdated(answer) || (client.at?.epoch === epoch && interval.validAt >= since)) return
    since = interval.validAt
    client.at = { position: since, epoch: epoch! }
    onNeed()
  }

  function take({ event, at, data, after }: LinkFrame): void {
    if (Object(data) !== data) throw data // no JSON, or no object
    const { epoch } = at
    if (event === 'hello') {
      const { catalog } = data as { catalog?: string }
      // Who asked for the stream after a place knew its epoch by then.
      const isReset = client.learn({ heard: true }, { epoch, sent: { ...after, confirmed: true }, tags: [] })
      // Each once: in a deploy two of them may answer in turn.
      const isOther = client.manifest && catalog && !catalogs.has(catalog)
      if (isOther) problem('manifest', catalog)
      catalogs.add(catalog)
      // Another epoch that could not be adopted: nobody knows which is older. What is read now will tell.
      const isUnknown = epoch !== client.begin().epoch && !client.left.includes(epoch)
      if ((isOther || isUnknown) && !isReset) client.learn({ heard: true })
    }
    if (epoch !== client.begin().epoch) return
    if (client.at?.epoch !== epoch) since = at.position
    client.at = at
    if (event === 'reset') client.learn({ heard: true }, { ...at, tags: [anyTag] })
    else if (event === 'freshness') {
      const record = data as HeardRecord
      const { expire, stale, events } = record
      client.onRecord?.(record)
      client.learn({ cause: 'stream', events, heard: true }, { ...at, tags: [...expire, ...stale] })
    } else if (event && event !== 'hello') problem('unknown-frame', event)
  }

  return (frame) => {
    try {
      take(frame)
    } catch {
      // Unknown is not fresh.
      problem('malformed-frame', frame.event)
      client.learn({ heard: true })
    }
  }
}
