namespace Freshet.Simulation;

/// <summary>Tests that run seeds on as many threads as there are processors, one at a time and with nothing beside them.</summary>
/// <remarks>Within a run threads hand the turn to each other. With more threads than processors every such turn waits for a slice of time, and seconds become minutes.</remarks>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeMachine
{
    public const string Name = "the whole machine";
}
