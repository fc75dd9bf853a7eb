namespace Freshet.Simulation.Running;

/// <summary>Finds a smaller run that breaks the same rule: fewer kinds of faults, less time, fewer operations.</summary>
/// <param name="run">A simulated build.</param>
/// <param name="rule">The rule that is broken.</param>
/// <param name="tries">How many runs it may take.</param>
internal sealed class Shrinker(Func<string, string> run, string rule, int tries = 400)
{
    private int _tries = tries;

    public RunRequest Shrink(RunRequest request)
    {
        foreach (var kind in Conditions.Kinds.Except(request.Without)) request = Try(request with { Without = [.. request.Without, kind] }) ?? request;
        while (Try(request with { Seconds = request.Seconds * 0.8 }) is { } shorter) request = shorter;
        var left = Campaign.Run(run, request).Operations;
        for (var part = (left.Count + 1) / 2; part > 0 && _tries > 0; part /= 2)
        {
            for (var at = 0; at < left.Count && _tries > 0;)
            {
                var without = request with { Skipped = [.. request.Skipped, .. left.Skip(at).Take(part)] };
                if (Try(without) is null)
                {
                    at += part;
                    continue;
                }
                request = without;
                left = [.. left.Take(at), .. left.Skip(at + part)];
            }
        }
        return request;
    }

    private RunRequest? Try(RunRequest request) =>
        _tries-- > 0 && Campaign.Run(run, request).Violations.Any(violation => violation.Rule == rule) ? request : null;
}
