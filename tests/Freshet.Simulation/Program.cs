using System.Text.Json;
using Freshet.Simulation;
using Freshet.Simulation.Building;

if (args is ["simulate", .. var rest])
{
    var run = SimulatedBuild.Load();
    var from = rest.Length > 0 ? ulong.Parse(rest[0]) : 1;
    var count = rest.Length > 1 ? ulong.Parse(rest[1]) : 1;
    var watch = System.Diagnostics.Stopwatch.StartNew();
    for (var seed = from; seed < from + count; seed++)
    {
        var text = run(JsonSerializer.Serialize(new RunRequest(seed)));
        Console.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s {text}");
    }
    return 0;
}
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
