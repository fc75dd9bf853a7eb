using System.Reflection;
using System.Runtime.CompilerServices;

namespace Freshet.Tests;

/// <summary>Lists what an assembly offers to others, one line for each type and member, sorted: so that a change of the public surface is a line in a diff that somebody reviews.</summary>
internal static class PublicApiLister
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> List(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(type => MembersOf(type).Prepend(PublicApiText.Of(type))).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type)) return [];
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{PublicApiText.Name(type)}.{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}");
        return
        [
            .. type.GetConstructors(Declared).Where(IsOffered).Select(PublicApiText.Of),
            .. type.GetMethods(Declared).Where(method => IsOffered(method) && IsWritten(method)).Select(PublicApiText.Of),
            .. type.GetProperties(Declared).SelectMany(Accessors),
            .. type.GetEvents(Declared).Where(raised => IsOffered(raised.AddMethod)).Select(PublicApiText.Of),
            .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(PublicApiText.Of),
        ];
    }

    private static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (IsOffered(property.GetMethod) && !IsCompilers(property.GetMethod!)) yield return PublicApiText.Getter(property);
        if (IsOffered(property.SetMethod)) yield return PublicApiText.Setter(property);
    }

    // Members of a record that the compiler writes are implied by 'record' and its constructor.
    private static bool IsWritten(MethodInfo method) =>
        !IsCompilers(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static bool IsCompilers(MethodInfo method) =>
        method.Name.Contains('<', StringComparison.Ordinal)
        || (method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && !method.IsSpecialName)
        || (method.Name.StartsWith("op_", StringComparison.Ordinal) && method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false))
        || method.Name == "get_EqualityContract";

    private static bool IsOffered(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);
}
