using System.Security.Cryptography;
using System.Text;

namespace Freshet;

/// <summary>What an entry is stored under: <c>{keyspace}:{query}:v{schema}:{args}</c>.</summary>
/// <remarks>
/// Arguments longer than <see cref="LongestArguments"/> characters are replaced by <c>:</c> and the SHA-256 of their text, in base64
/// for addresses. Escaped arguments have no <c>:</c>, so no argument can look like that; and every entry is checked against the
/// whole key, so two that met under one hash would be misses of each other, never each other's value.
/// </remarks>
internal readonly record struct SecondLevelKey(string Text, string Whole)
{
    /// <summary>Longest text of the arguments that stands in a key as it is: 200 characters.</summary>
    public const int LongestArguments = 200;

    public static SecondLevelKey For(string prefix, string args)
    {
        var whole = prefix + args;
        return args.Length <= LongestArguments
            ? new SecondLevelKey(whole, whole)
            : new SecondLevelKey($"{prefix}:{System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(args)))}", whole);
    }

    /// <summary>What the keys of one query begin with.</summary>
    public static string PrefixOf(string keyspace, CachedQuery query) => $"{keyspace}:{query.Name}:v{query.Schema}:";
}
