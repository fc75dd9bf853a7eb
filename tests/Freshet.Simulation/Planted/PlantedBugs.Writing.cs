using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>Actions, their appends, and values written through.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Writing =>
    [
        Bug("own record not applied before the answer", "PROTOCOL 23", "Log/Shared/SharedLog.Appending.cs", "var isApplied = _follower.TryTake(reply.Records) || await ReachAsync(new LogPosition(last.Epoch, last.Position)).ConfigureAwait(false);", "var isApplied = true; await Task.CompletedTask.ConfigureAwait(false);"),
        Bug("reads inside an action hit the cache", "PROTOCOL 23", "Hosting/FreshetService.Reading.cs", "if (at.IsOf(this) && at.Action is { HasUnapplied: true } action && action.Touches(runtime.FoundKinds, runtime.Query.TagsOf(args))) return true;", ";"),
        Bug("write-through blind to other writers", "PROTOCOL 25", "Writing/WriteThrough.cs", "if (last > BegunAt.Position || Rewritten.Contains(mark.Tag)) return BegunAt;", ";") with { Under = Written with { With = [Delay, Evictions, Evictions, Evictions] } },
        Bug("write-through compares versions alone", "PROTOCOL 25", "Reading/QueryRuntime.WriteThrough.cs", "if (at.Epoch != applied.Position.Epoch || at.Position > applied.Position.Position) return;", "at = applied.Position;") with { Under = Written with { With = [Delay, Evictions] } },
        Bug("pending records dropped", "PROTOCOL 27", "Log/Shared/SharedLog.Appending.cs", "Pending.Add(writer, drafts);", ";"),
        Bug("writer's own node not told of a pending write", "PROTOCOL 27", "Log/Shared/SharedLog.Appending.cs", "if (drafts.Any(draft => draft.Invalidations.Count > 0)) ExpireAhead(drafts);", ";"),
        Bug("uncertain write not invalidated", "DESIGN 5", "Writing/FreshetAction.Settling.cs", "            drafts.Add(isCertain ? draft : AsUncertain(draft));", "            if (isCertain) drafts.Add(draft);"),
        Bug("silent success while the log is away", "PROTOCOL 27", "Log/Shared/SharedLog.Appending.cs", "return new Appended([], null, IsPending: true);", "return new Appended([], null);"),
    ];
}
