using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Freshet.Redis.Tests;

/// <summary>Signals to child processes: by the child's own id, and only while it is known to be this child.</summary>
internal static class Signals
{
    public const int Kill = 9, Continue = 18, Stop = 19;

    public static void Send(Process child, int signal)
    {
        if (child.HasExited) throw new InvalidOperationException($"The process has ended: signal {signal} cannot reach it.");
        if (SendSignal(child.Id, signal) != 0) throw new InvalidOperationException($"Signal {signal} did not reach process {child.Id}.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
