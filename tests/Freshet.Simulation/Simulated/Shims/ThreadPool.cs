namespace Freshet;

/// <summary>Stands before the real thread pool in the simulated build: what the core queues goes to the lane of the node it runs on.</summary>
/// <remarks>As in the real one, what is queued runs with nobody's surroundings: a lane clears them before each piece of work.</remarks>
internal static class ThreadPool
{
    public static bool UnsafeQueueUserWorkItem(IThreadPoolWorkItem work, bool preferLocal)
    {
        _ = preferLocal;
        Simulation.Lane.Current.Post(static state => ((IThreadPoolWorkItem)state!).Execute(), work);
        return true;
    }

    public static bool UnsafeQueueUserWorkItem<TState>(Action<TState> work, TState state, bool preferLocal)
    {
        _ = preferLocal;
        Simulation.Lane.Current.Post(_ => work(state), null);
        return true;
    }
}
