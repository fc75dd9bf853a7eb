using Freshet.Simulation.Building;

namespace Freshet.Simulation.Planted;

/// <summary>One guard of the core taken out or turned round, to see whether the checker notices.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Guards">The line of PROTOCOL.md or the rule of DESIGN.md that it breaks.</param>
/// <param name="Changes">The changes of the source.</param>
internal sealed record PlantedBug(string Name, string Guards, params IReadOnlyList<Change> Changes)
{
    /// <summary>What the guard is there for, where seeds that are left to themselves bring it too seldom.</summary>
    public Direction Under { get; init; } = Direction.None;

    public override string ToString() => Name;
}
