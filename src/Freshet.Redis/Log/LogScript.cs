using System.Reflection;

namespace Freshet.Redis;

/// <summary>The scripts, each one atomic step of the log. All look first at how the log stands: <c>standing.lua</c>.</summary>
internal static class LogScript
{
    public static readonly RedisScript Append = Read("append");
    public static readonly RedisScript Exchange = Read("exchange");
    public static readonly RedisScript FetchMarks = Read("fetch-marks");
    public static readonly RedisScript Leases = Read("leases");
    public static readonly RedisScript RemoveLeases = Read("remove-leases");
    public static readonly RedisScript Check = Read("check");

    private static RedisScript Read(string name) => new(Text(name).Replace("--#standing", Text("standing"), StringComparison.Ordinal));

    private static string Text(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.lua")!);
        return reader.ReadToEnd();
    }
}
