using Freshet.Redis.Tests.Faults;
using Microsoft.Testing.Platform.Builder;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Freshet.Redis.Tests;

/// <summary>Runs the tests; or, as a child process of one of them, a node.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        args is [NodeProcess.Verb, var settings] ? NodeMain.RunAsync(settings)
        : args.Any(arg => arg is "--server" or "--internal-msbuild-node") ? TestPlatformTestFramework.RunAsync(args, Extend)
        : ConsoleRunner.Run(args);

    private static void Extend(ITestApplicationBuilder builder, string[] args) => builder.AddSelfRegisteredExtensions(args);
}
