using System.Reflection;

namespace Freshet.Redis;

/// <summary>The scripts, each one atomic step of the log. All begin with <c>standing.lua</c>.</summary>
internal static class LogScript
{
    public static readonly string Append = Read("append");
    public static readonly string Exchange = Read("exchange");
    public static readonly string FetchMarks = Read("fetch-marks");
    public static readonly string Leases = Read("leases");
    public static readonly string RemoveLeases = Read("remove-leases");
    public static readonly string Check = Read("check");

    private static string Read(string name) => Text("standing") + Text(name);

    private static string Text(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.lua")!);
        return reader.ReadToEnd();
    }
}
