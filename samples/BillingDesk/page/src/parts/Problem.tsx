import { FreshetHttpError } from '@freshet/client'
import { inView } from './inView.ts'

/** What went wrong, in the server's own words where it has any. */
export function Problem({ error, title: given, onRetry }: { error: Error; title?: string; onRetry?: () => void }) {
  const { title, detail } = error instanceof FreshetHttpError
    ? { title: error.problem.title ?? `The server answered ${error.status}.`, detail: error.problem.detail }
    : { title: 'The server could not be reached.', detail: error.message }
  return (
    <div className="problem" role="alert" ref={inView}>
      <strong>{given ?? title}</strong>
      {detail && <span> {detail}</span>}
      {onRetry && <button type="button" className="quiet" onClick={onRetry}>Try again</button>}
    </div>
  )
}
