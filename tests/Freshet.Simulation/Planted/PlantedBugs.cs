namespace Freshet.Simulation.Planted;

/// <summary>Every planted bug.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } = [];
}
