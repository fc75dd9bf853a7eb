using Freshet.Simulation.Building;

namespace Freshet.Simulation.Planted;

/// <summary>Every planted bug: one guard each, by the line of PROTOCOL.md or the rule of DESIGN.md that it breaks.</summary>
internal static partial class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } = [.. Loading, .. Marks, .. Log, .. Leases, .. Writing, .. Holds];

    private static PlantedBug Bug(string name, string guards, string file, string old, string @new) => new(name, guards, new Change(file, old, @new));
}
