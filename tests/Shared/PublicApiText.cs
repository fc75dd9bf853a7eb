using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Freshet.Tests;

/// <summary>How types and members of a public surface are written: <c>Freshet.IFreshet.ReadAsync&lt;TArgs, TValue&gt;(...) -> ...</c>.</summary>
internal static class PublicApiText
{
    public static string Of(Type type)
    {
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsEnum: true } => "enum",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsValueType: true } => "struct",
            _ => IsRecord(type) ? "record" : "class",
        };
        var modifiers = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) when !type.IsInterface => "abstract ",
            (false, true) when !type.IsValueType && kind != "delegate" => "sealed ",
            _ => "",
        };
        var bases = new[] { type.BaseType }.Where(parent => parent is not null && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum) && kind != "delegate")
            .Concat(type.GetInterfaces().Where(face => kind is not ("enum" or "delegate") && face.IsVisible && type.BaseType?.GetInterfaces().Contains(face) != true))
            .Select(parent => Name(parent!)).ToList();
        var signature = kind == "delegate" ? Parameters(type.GetMethod("Invoke")!) + " -> " + Result(type.GetMethod("Invoke")!) : "";
        return $"{modifiers}{kind} {Name(type)}{signature}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}{Constraints(type.GetGenericArguments())}";
    }

    public static string Of(ConstructorInfo constructor) => $"{Access(constructor)}{Name(constructor.DeclaringType!)}.new{Parameters(constructor)}";

    public static string Of(MethodInfo method) =>
        $"{Access(method)}{Name(method.DeclaringType!)}.{method.Name}{Generics(method)}{Parameters(method)} -> {Result(method)}{Constraints(method.GetGenericArguments())}";

    public static string Getter(PropertyInfo property) => $"{Access(property.GetMethod!)}{Owner(property)}.get -> {PropertyType(property)}";

    public static string Setter(PropertyInfo property) => $"{Access(property.SetMethod!)}{Owner(property)}.{(IsInit(property) ? "init" : "set")} -> {PropertyType(property)}";

    public static string Of(EventInfo raised) => $"{Access(raised.AddMethod!)}{Name(raised.DeclaringType!)}.{raised.Name} event -> {Name(raised.EventHandlerType!)}";

    public static string Of(FieldInfo field) =>
        $"{(field.IsPublic ? "" : "protected ")}{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.DeclaringType!)}.{field.Name}"
        + $"{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")} -> {Nullable(new NullabilityInfoContext().Create(field), field.FieldType)}";

    public static string Name(Type type) => NullabilityText.Plain(type);

    private static string Owner(PropertyInfo property) =>
        $"{Name(property.DeclaringType!)}.{property.Name}{(property.GetIndexParameters().Length == 0 ? "" : $"[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]")}";

    private static string PropertyType(PropertyInfo property) =>
        (property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "") + Nullable(new NullabilityInfoContext().Create(property), property.PropertyType);

    private static string Result(MethodInfo method) => Nullable(new NullabilityInfoContext().Create(method.ReturnParameter), method.ReturnType);

    private static string Parameters(MethodBase method) =>
        $"({(method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "")}{string.Join(", ", method.GetParameters().Select(Parameter))})";

    private static string Parameter(ParameterInfo parameter)
    {
        var direction = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        var type = Nullable(new NullabilityInfoContext().Create(parameter), parameter.ParameterType);
        return $"{direction}{type} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}";
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Constraints(Type[] arguments)
    {
        var clauses = from argument in arguments
                      where argument.IsGenericParameter
                      let flags = argument.GenericParameterAttributes
                      let structure = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)
                      let words = new[]
                      {
                          flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : null,
                          structure ? "struct" : null,
                          NullabilityText.IsNotNull(argument) ? "notnull" : null,
                      }.OfType<string>()
                          .Concat(argument.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(Name))
                          .Concat(flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !structure ? ["new()"] : [])
                          .ToList()
                      where words.Count > 0
                      select $" where {argument.Name} : {string.Join(", ", words)}";
        return string.Concat(clauses);
    }

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "")
        + (method is MethodInfo { IsVirtual: true, DeclaringType.IsInterface: false } member
            ? member.IsAbstract ? "abstract " : member.GetBaseDefinition() != member ? "override " : member.IsFinal ? "" : "virtual "
            : "");

    private static string Nullable(NullabilityInfo nullability, Type type) => NullabilityText.Of(nullability, type);

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit");

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
