using System.Threading.Tasks.Sources;

namespace Freshet;

/// <summary>Where a reader goes on that does not go on wherever its load ends: in a user interface's context, on a scheduler, with what flows with its call.</summary>
internal sealed class ReadersPlace
{
    /// <summary>Lets a reader go on in its place.</summary>
    public static readonly Action<object?> GoOn = static place => ((ReadersPlace)place!)._core.SetResult(true);

    private ManualResetValueTaskSourceCore<bool> _core; // mutable: never copied

    public ReadersPlace(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, _core.Version, flags);

    /// <summary>Whether a reader that is about to wait here asks for a place.</summary>
    public static bool IsAskedFor(ValueTaskSourceOnCompletedFlags flags) =>
        (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0
        || ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0
            && (SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default));
}
