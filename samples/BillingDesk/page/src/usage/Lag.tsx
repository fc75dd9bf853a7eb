import type { PipelineLag } from '../api/growthTypes.ts'
import { moment } from '../parts/format.ts'
import { lagNow, length } from './lag.ts'
import { useNow } from './useNow.ts'

/** As of when, how far behind that is by now, and how far it may be. It goes on counting while nothing is read. */
export function Lag({ lag, receivedAt }: { lag: PipelineLag; receivedAt: number }) {
  const { seconds, late } = lagNow(lag, receivedAt, useNow())
  return (
    <p className="note lag">
      As of <time dateTime={lag.asOf}>{moment(lag.asOf)}</time>, {length(seconds)} behind; at most {length(lag.boundSeconds)} promised.
      {late && <> <span className="pill pill-late">Late</span></>}
    </p>
  )
}
