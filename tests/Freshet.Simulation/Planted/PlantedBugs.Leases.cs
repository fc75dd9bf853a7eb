using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>Read leases and those who wait for them.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Leases =>
    [
        Bug("sleep not noticed", "PROTOCOL 20", "Log/Shared/Confirmation.cs", "return Math.Abs(clock.WallNow - proof.WallAt - (now - proof.At)) <= _margin;", "return true;") with { Under = CutOff with { With = [Sleeps, Sleeps, Sleeps], Keys = 30, Writes = 0.05 } },
        Bug("lease never runs out", "PROTOCOL 9, R7", "Log/Shared/Confirmation.cs", "maxStaleness : now >= proof.LeaseUntil) return false;", "maxStaleness : false) return false;") with { Under = CutOff },
        Bug("nobody waits for leases", "PROTOCOL 22, R7", "Log/Shared/LeaseWaits.cs", "if (waited.Count == 0) return;", "return;"),
        Bug("no wait for stale marks", "PROTOCOL 22", "Log/Shared/LeaseWaits.cs", "if (waited.Count == 0) return;", "if (waited.Count == 0 || reply.Records.SelectMany(record => record.Invalidations).All(each => each.Kind == InvalidationKind.MarkStale)) return;"),
        Bug("wait shorter than a lease", "PROTOCOL 22", "Log/Shared/LeaseWaits.cs", "var limit = repliedAt + (long)options.FullLease.TotalMilliseconds;", "var limit = repliedAt + (long)options.LeaseDuration.TotalMilliseconds / 2;") with { Under = CutOff },
        Bug("acknowledged before it is applied", "PROTOCOL 2, R7", "Log/Shared/SharedLog.Following.cs", "            lock (_owed) _owed.Add(writer);", "            if (records.Count > 0) _service.Acknowledge(Id, writer, new LogPosition(records[^1].Epoch, records[^1].Position));") with { Under = CutOff with { With = [Loss, Delay] } },
        Bug("lease counted from the response", "PROTOCOL 20, R7", "Log/Shared/Exchanger.cs", "node.Confirmation.TryConfirm(terms, sentAt, wallAt, granted)", "node.Confirmation.TryConfirm(terms, node.Clock.Now, node.Clock.WallNow, granted)") with { Under = CutOff with { ExchangeTimeout = 4, Keys = 30, Writes = 0.05 } },
    ];
}
