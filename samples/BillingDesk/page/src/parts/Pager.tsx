import { count } from './format.ts'

interface PagerProps { page: number; pages: number; total: number; onPage: (page: number) => void }

export function Pager({ page, pages, total, onPage }: PagerProps) {
  return (
    <nav className="pager" aria-label="Pages">
      <button type="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>Previous</button>
      <span role="status">Page {page} of {pages}, {count(total)} in all</span>
      <button type="button" disabled={page >= pages} onClick={() => onPage(page + 1)}>Next</button>
    </nav>
  )
}
