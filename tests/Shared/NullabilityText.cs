using System.Reflection;

namespace Freshet.Tests;

/// <summary>Type names with a question mark where null is allowed.</summary>
internal static class NullabilityText
{
    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    public static string Plain(Type type) => Of(null, type);

    public static string Of(NullabilityInfo? nullability, Type type)
    {
        if (type.IsByRef) return Of(nullability?.ElementType ?? nullability, type.GetElementType()!);
        if (System.Nullable.GetUnderlyingType(type) is { } underlying) return $"{Plain(underlying)}?";
        var mark = nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType ? "?" : "";
        if (_keywords.TryGetValue(type, out var keyword)) return keyword + mark;
        if (type.IsGenericParameter) return type.Name; // "T?" would say as much as the constraint already does
        if (type.IsArray) return $"{Of(nullability?.ElementType, type.GetElementType()!)}[]{mark}";

        var arguments = type.GetGenericArguments();
        string Argument(int index) => Of(nullability is { GenericTypeArguments.Length: > 0 } known && known.GenericTypeArguments.Length == arguments.Length ? known.GenericTypeArguments[index] : null, arguments[index]);
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return $"({string.Join(", ", Enumerable.Range(0, arguments.Length).Select(Argument))})";

        var name = type.Name.Split('`')[0];
        if (arguments.Length > 0) name += $"<{string.Join(", ", Enumerable.Range(0, arguments.Length).Select(Argument))}>";
        return (type.DeclaringType is { } outer ? $"{Plain(outer)}.{name}" : $"{type.Namespace}.{name}") + mark;
    }

    /// <summary>Whether a generic parameter has the <c>notnull</c> constraint, which only an attribute of the compiler's tells.</summary>
    public static bool IsNotNull(Type parameter)
    {
        if (parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)
            || parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)
            || parameter.GetGenericParameterConstraints().Length > 0)
            return false;
        return (Flag(parameter.CustomAttributes, "System.Runtime.CompilerServices.NullableAttribute") ?? Context(parameter)) == 1;
    }

    private static byte? Context(Type parameter)
    {
        for (MemberInfo? member = (MemberInfo?)parameter.DeclaringMethod ?? parameter.DeclaringType; member is not null; member = member.DeclaringType)
        {
            if (Flag(member.CustomAttributes, "System.Runtime.CompilerServices.NullableContextAttribute") is { } flag) return flag;
        }
        return null;
    }

    private static byte? Flag(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == name)?.ConstructorArguments[0].Value as byte?;
}
