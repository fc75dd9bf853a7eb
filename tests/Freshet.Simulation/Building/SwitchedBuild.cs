using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Building;

/// <summary>One simulated build with every planted bug in it. Each run turns on one of them, or none.</summary>
/// <remarks>
/// A build for each bug spends most of its time on compiling the same sources again, and on the first seconds of code that has only
/// just been compiled. What a bug changes in a declaration rather than in what a member does cannot be switched: it gets a build of its own.
/// </remarks>
internal sealed class SwitchedBuild
{
    private readonly IReadOnlyList<PlantedBug> _bugs;
    private readonly Dictionary<string, string> _apart = [];

    private SwitchedBuild(IReadOnlyList<PlantedBug> bugs)
    {
        _bugs = bugs;
        Run = SimulatedBuild.Load(Switch());
    }

    /// <summary>Every planted bug's.</summary>
    public static Lazy<SwitchedBuild> Shared { get; } = new(() => new SwitchedBuild([.. PlantedBugs.All, .. PlantedBugs.Elusive]));

    /// <summary>Runs a request and tells its outcome, both as JSON.</summary>
    public Func<string, string> Run { get; }

    /// <summary>Those that need a build of their own, by their names, each with why.</summary>
    public IReadOnlyDictionary<string, string> Apart => _apart;

    /// <summary>What runs a bug, and what its requests must say for that.</summary>
    public (Func<string, string> Run, int Number) Of(PlantedBug bug) => _apart.ContainsKey(bug.Name) ? (SimulatedBuild.Load(bug.Changes), 0) : (Run, NumberOf(bug));

    private int NumberOf(PlantedBug bug) => _bugs.TakeWhile(each => each.Name != bug.Name).Count() + 1;

    /// <summary>The text of each file that a bug changes.</summary>
    private Dictionary<string, string> Switch()
    {
        var files = new Dictionary<string, SwitchedFile>();
        foreach (var bug in _bugs)
        {
            // All of a bug or nothing: half of one is another bug.
            var texts = SimulatedBuild.TextsWith(bug.Changes);
            var obstacle = texts.Select(file => new SwitchedFile(SimulatedBuild.TextOf(file.Key)).Add(1, file.Value)).FirstOrDefault(each => each is not null);
            if (obstacle is not null)
            {
                _apart[bug.Name] = obstacle;
                continue;
            }
            foreach (var (name, text) in texts)
            {
                if (!files.TryGetValue(name, out var file)) files[name] = file = new SwitchedFile(SimulatedBuild.TextOf(name));
                file.Add(NumberOf(bug), text);
            }
        }
        return files.ToDictionary(file => file.Key, file => file.Value.ToString());
    }
}
