namespace Freshet;

/// <summary>A load's steps around its loader's wait.</summary>
internal interface IFlowingLoad
{
    /// <summary>Calls the loader.</summary>
    void Begin();

    /// <summary>Goes on once the loader has ended.</summary>
    void GoOn();
}

/// <summary>Keeps what flows with a load apart from what flows with whoever lends it a thread: the reader that starts it, and whatever ends its loader's task.</summary>
/// <remarks>Nobody waits for a step to return. So what it throws, such as what a reader does when it is told, is where an unawaited task's failure is: with <see cref="TaskScheduler.UnobservedTaskException"/>.</remarks>
internal static class LoadFlow
{
    private static readonly ExecutionContext _nobodys = MakeNobodys();
    private static readonly ContextCallback _begin = static load => Step((IFlowingLoad)load!, begins: true);
    private static readonly ContextCallback _goOn = static load => Step((IFlowingLoad)load!, begins: false);

    /// <summary>Begins a load on its reader's thread, with nothing that flows with the reader: not its request, its trace, its actions.</summary>
    public static void BeginHere(IFlowingLoad load) => ExecutionContext.Run(_nobodys, _begin, load);

    /// <summary>Begins a load where nothing flows, on the thread pool.</summary>
    public static void Begin(IFlowingLoad load) => Step(load, begins: true);

    /// <summary>Goes on with a load that has begun.</summary>
    /// <param name="flow">What flowed with it; null where its loader has stopped that.</param>
    /// <param name="load">The load.</param>
    public static void GoOn(ExecutionContext? flow, IFlowingLoad load)
    {
        if (flow is null) Step(load, begins: false);
        else ExecutionContext.Run(flow, _goOn, load);
    }

    private static void Step(IFlowingLoad load, bool begins)
    {
        try
        {
            if (begins) load.Begin();
            else load.GoOn();
        }
#pragma warning disable CA1031 // See the remarks.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _ = Task.FromException(error);
        }
    }

    // A thread of its own, started without anybody's context: there is no other way to come by an empty one.
    private static ExecutionContext MakeNobodys()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
