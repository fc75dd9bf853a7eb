import type { Stamp } from './answer.ts'
import type { FreshnessClient, HeardRecord } from './client.ts'
import { parsePoint, type Frame } from './frames.ts'
import type { OnProblem } from './problem.ts'
import { heard, isReset, meet } from './state.ts'
import { anyTag } from './wire.ts'

/**
 * Makes a client hear. Returns what takes in a frame of the stream, with what was known when the stream was asked for.
 * @param onNeed Called when the stream is needed from an earlier place than it was, or for the first time: `client.at`.
 */
export function hearing(client: FreshnessClient, problem: OnProblem, onNeed: () => void): (frame: Frame, sent: Stamp) => void {
  /** From here to `client.at` the stream has told everything. */
  let since = 0
  const others = new Set<string>()

  // An answer of a node that lags may be older than where the stream was taken up; what happened in between has to be told again.
  client.onAnswer = (answer) => {
    const { epoch, interval } = answer
    if (!interval || !epoch || client.isOutdated(answer) || (client.at?.epoch === epoch && interval.validAt >= since)) return
    since = interval.validAt
    client.at = { position: since, epoch }
    onNeed()
  }

  function hello({ epoch, catalog }: { epoch?: string; catalog?: string }, sent: Stamp): void {
    const before = client.state
    const after = meet(before, epoch, sent)
    client.become(after, { heard: true })
    // Each once: in a deploy two of them may answer in turn.
    const isOther = client.manifest && catalog && catalog !== client.manifest && !others.has(catalog)
    if (isOther) {
      others.add(catalog)
      problem('manifest', catalog)
    }
    // Another epoch that could not be adopted: nobody knows which is older. What is read now will tell.
    const isUnknown = epoch !== after.epoch && !after.left.includes(epoch!)
    if ((isOther || isUnknown) && !isReset(before, after)) client.applyUnknown({ heard: true })
  }

  function take({ event, id, data }: Frame, sent: Stamp): void {
    const told = JSON.parse(data || '{}') as HeardRecord
    if (event === 'hello') hello(told as {}, sent)
    const at = parsePoint(id)
    const { state } = client
    if (!at || at.epoch !== state.epoch) return
    const { position } = at
    const isLost = event === 'reset'
    if (isLost || client.at?.epoch !== at.epoch) since = position
    client.at = at
    if (isLost || event === 'freshness') {
      const { expire = [], stale = [], events = [] } = told as Partial<HeardRecord>
      const tags = isLost ? [anyTag] : [...expire, ...stale]
      if (!isLost) client.onRecord({ ...told, position, expire, stale, events })
      client.become(heard(state, position, tags), { cause: isLost ? 'reset' : 'stream', position, tags, events, heard: true })
    } else if (event && event !== 'hello') problem('unknown-frame', event)
  }

  return (frame, sent) => {
    try {
      take(frame, sent)
    } catch {
      // Unknown is not fresh.
      problem('malformed-frame', frame.event)
      client.applyUnknown({ heard: true })
    }
  }
}
