using Freshet.Sql.Tests.Crash;
using Microsoft.Testing.Platform.Builder;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Freshet.Sql.Tests;

/// <summary>Runs the tests; or, as a child process of one of them, a writer that is to be killed.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) =>
        args is [WriterProcess.Verb, var settings] ? WriterMain.RunAsync(settings)
        : args.Any(arg => arg is "--server" or "--internal-msbuild-node") ? TestPlatformTestFramework.RunAsync(args, Extend)
        : ConsoleRunner.Run(args);

    private static void Extend(ITestApplicationBuilder builder, string[] args) => builder.AddSelfRegisteredExtensions(args);
}
