using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>How values of one type are compared: by the type's own equality, member by member, or not at all. Worked out once per type.</summary>
internal sealed class EqualityRule
{
    private static readonly ConditionalWeakTable<Type, EqualityRule> _rules = [];

    private EqualityRule(bool hasOwn, IReadOnlyList<FieldInfo>? fields = null)
    {
        HasOwn = hasOwn;
        Fields = fields;
    }

    /// <summary>Whether the type says itself when two values are equal.</summary>
    public bool HasOwn { get; }

    /// <summary>The members of a record whose equality the compiler wrote; null for a type that is taken at its word.</summary>
    public IReadOnlyList<FieldInfo>? Fields { get; }

    public static EqualityRule Of(Type type) => _rules.GetValue(type, Make);

    private static EqualityRule Make(Type type)
    {
        if (type.IsEnum) return new EqualityRule(hasOwn: true);
        if (!HasOwnEquality(type)) return new EqualityRule(hasOwn: false);
        // Without a runtime compiler a type's members may be unknown while its code remains, and then no member would ever differ.
        if (!RuntimeFeature.IsDynamicCodeSupported || !IsWrittenByCompiler(type)) return new EqualityRule(hasOwn: true);
        var fields = FieldsOf(type);
        return fields.TrueForAll(field => IsPlain(field.FieldType)) ? new EqualityRule(hasOwn: true) : new EqualityRule(hasOwn: true, fields);
    }

    /// <summary>Whether a value's own equality can be trusted without looking inside: text, numbers, times.</summary>
    private static bool IsPlain(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type.IsPrimitive || type.IsEnum || type == typeof(decimal) || type == typeof(Guid)
            || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(TimeSpan);
    }

    // IEquatable of itself or of what it derives from, and an Equals to go with it: without that, two references would be compared.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "An interface or Equals that was trimmed makes a value that is not judged, which is what nobody else relies on.")]
    private static bool HasOwnEquality(Type type)
    {
        if (type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType is not { } declaring || declaring == typeof(object) || declaring == typeof(ValueType))
            return false;
        return type.GetInterfaces().Any(each =>
            each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IEquatable<>) && each.GenericTypeArguments[0].IsAssignableFrom(type));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A record whose Equals was trimmed is taken at the word of what remains.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above, for what it derives from.")]
    private static bool IsWrittenByCompiler(Type type)
    {
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            var equals = level.GetMethod(nameof(Equals), BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly, [level]);
            if (equals is null || !equals.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)) return false;
        }
        return true;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field is trimmed only when nothing reads it; then it tells no two values apart.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above, for what it derives from.")]
    private static List<FieldInfo> FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
            fields.AddRange(level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        return fields;
    }
}
