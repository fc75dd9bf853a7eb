namespace Freshet;

/// <summary>Type names for people and exports: as written in C#, with namespaces and without assembly versions, so that they stay the same from build to build.</summary>
internal static class TypeText
{
    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    /// <summary>The full name: <c>System.Collections.Generic.IReadOnlyList&lt;Billing.Invoice&gt;</c>, <c>(string, int)</c>, <c>int?</c>.</summary>
    public static string Of(Type type)
    {
        if (_keywords.TryGetValue(type, out var keyword)) return keyword;
        if (type.IsArray) return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Of(underlying)}?";
        if (type.IsGenericParameter) return type.Name;
        var arguments = type.GetGenericArguments();
        if (IsValueTuple(type)) return $"({string.Join(", ", arguments.Select(Of))})";

        // A nested type's generic arguments include its outer types', in order: Outer<A>.Inner<B> has A and B.
        var name = "";
        var used = 0;
        foreach (var part in Nesting(type))
        {
            var mine = part.GetGenericArguments().Length;
            var bare = part.Name.Split('`')[0];
            name += (name.Length == 0 ? "" : ".") + bare;
            if (mine > used) name += $"<{string.Join(", ", arguments[used..mine].Select(Of))}>";
            used = mine;
        }
        return string.IsNullOrEmpty(type.Namespace) ? name : $"{type.Namespace}.{name}";
    }

    /// <summary>The name without namespace.</summary>
    public static string ShortOf(Type type) => type.Name.Split('`')[0];

    private static bool IsValueTuple(Type type) =>
        type.IsGenericType && type.IsValueType
        && type.Namespace == "System" && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) && type.GetGenericArguments().Length > 1;

    private static IEnumerable<Type> Nesting(Type type) =>
        type.DeclaringType is { } outer ? Nesting(outer).Append(type) : [type];
}
