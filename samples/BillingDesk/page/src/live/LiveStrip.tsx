import { LiveRow } from './LiveRow.tsx'
import { linesOf } from './state.ts'
import { useLive } from './useLive.ts'
import { usePresence } from './usePresence.ts'

const links = { off: 'off', connecting: 'connecting', open: 'live' }

/** Every invalidation, as it happens. */
export function LiveStrip() {
  const live = useLive()
  const tabs = usePresence()
  const lines = linesOf(live)
  return (
    <section className="live" aria-labelledby="live-title">
      <header>
        <h2 id="live-title">Invalidations</h2>
        <span className={`link-state link-${live.link}`} role="status">{links[live.link]}</span>
        {tabs > 1 && <span className="note tabs">{tabs} tabs share one stream{live.leads && ', which this one holds'}</span>}
        <span className="note">position, event, tags, and which panels of this tab followed</span>
      </header>
      {lines.length === 0
        ? <p className="empty">None yet. Pay an invoice, change a role or the plan.</p>
        : (
          <ol className="scroll" tabIndex={0} aria-live="polite" aria-relevant="additions" aria-label="Invalidations, newest first">
            {lines.map((line) => <LiveRow key={line.key} line={line} />)}
          </ol>
        )}
    </section>
  )
}
