import { Component, type ReactNode } from 'react'
import { Problem } from './Problem.tsx'

/** Keeps an answer that one panel cannot draw from taking the other teams' panels with it. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    return error ? <Problem error={error} title="This panel cannot show its answer." onRetry={() => this.setState({ error: undefined })} /> : this.props.children
  }
}
