using System.Text.Json;
using Freshet.Simulation;
using Freshet.Simulation.Building;

if (args is ["simulate", .. var rest])
{
    var run = SimulatedBuild.Load();
    var from = rest.Length > 0 ? ulong.Parse(rest[0]) : 1;
    var count = rest.Length > 1 ? ulong.Parse(rest[1]) : 1;
    var watch = System.Diagnostics.Stopwatch.StartNew();
    long reads = 0;
    for (var seed = from; seed < from + count; seed++)
    {
        var report = JsonSerializer.Deserialize<RunReport>(run(JsonSerializer.Serialize(new RunRequest(seed))))!;
        reads += report.Reads;
        foreach (var violation in report.Violations)
        {
            Console.WriteLine($"seed {seed}: {violation.Rule}: {violation.What}");
            if (count < 3) foreach (var line in violation.Events) Console.WriteLine("    " + line);
        }
    }
    Console.WriteLine($"{reads} reads in {watch.Elapsed.TotalSeconds:0.0} s");
    return 0;
}
return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
