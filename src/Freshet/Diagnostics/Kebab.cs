using System.Collections.Concurrent;

namespace Freshet;

/// <summary>Enum members as metrics and traces write them: <c>UserAction</c> is <c>user-action</c>.</summary>
internal static class Kebab
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => Texts<TEnum>.Known.GetOrAdd(value, Write);

    private static string Write<TEnum>(TEnum value) where TEnum : struct, Enum
    {
        var name = value.ToString();
        return string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"-{char.ToLowerInvariant(letter)}" : char.ToLowerInvariant(letter).ToString()));
    }

    private static class Texts<TEnum> where TEnum : struct, Enum
    {
        public static readonly ConcurrentDictionary<TEnum, string> Known = new();
    }
}
