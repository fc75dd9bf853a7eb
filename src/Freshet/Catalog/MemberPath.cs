using System.Linq.Expressions;

namespace Freshet;

/// <summary>The chain of members a selector reads, as text.</summary>
/// <param name="Text">The path: <c>Invoice.AccountId</c>; empty for the source itself.</param>
/// <param name="UnwrapsNullable">Whether reading it throws when a nullable on the way has no value.</param>
internal sealed record MemberPath(string Text, bool UnwrapsNullable)
{
    /// <summary>Stands in for the path of a selector that is no chain of members.</summary>
    public static MemberPath Unknown { get; } = new("?", UnwrapsNullable: false);

    /// <summary>The path of a selector; null when it is anything but a chain of members.</summary>
    public static MemberPath? Of(LambdaExpression selector)
    {
        var names = new Stack<string>();
        var unwraps = false;
        Expression? step = selector.Body;
        while (true)
        {
            switch (step)
            {
                case ParameterExpression parameter when parameter == selector.Parameters[0]:
                    return new MemberPath(string.Join('.', names), unwraps);
                // 'x.Value' of a nullable names the same thing as 'x'.
                case MemberExpression { Expression: { } source, Member.Name: "Value" } when IsNullable(source.Type):
                    unwraps = true;
                    step = source;
                    break;
                case MemberExpression member:
                    names.Push(member.Member.Name);
                    step = member.Expression;
                    break;
                case UnaryExpression { NodeType: ExpressionType.Convert } convert when KeepsValue(convert.Operand.Type, convert.Type):
                    unwraps |= IsNullable(convert.Operand.Type) && convert.Type.IsValueType && !IsNullable(convert.Type);
                    step = convert.Operand;
                    break;
                default:
                    return null;
            }
        }
    }

    // What the compiler adds by itself (List<T> to IEnumerable<T>, T to T?, int to long) and what only unwraps (T? to T) keep different
    // values different. '(byte)e.Number' does not: 1 and 257 would share a tag, and the export would still say "Number".
    private static bool KeepsValue(Type from, Type to) =>
        to.IsAssignableFrom(from)
        || Plain(from) == Plain(to)
        || (_widens.TryGetValue(Type.GetTypeCode(Plain(from)), out var wider) && !Plain(from).IsEnum && !Plain(to).IsEnum
            && wider.Contains(Type.GetTypeCode(Plain(to))));

    private static bool IsNullable(Type type) => Nullable.GetUnderlyingType(type) is not null;

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static readonly Dictionary<TypeCode, TypeCode[]> _widens = new()
    {
        [TypeCode.SByte] = [TypeCode.Int16, TypeCode.Int32, TypeCode.Int64],
        [TypeCode.Byte] = [TypeCode.Int16, TypeCode.UInt16, TypeCode.Int32, TypeCode.UInt32, TypeCode.Int64, TypeCode.UInt64],
        [TypeCode.Int16] = [TypeCode.Int32, TypeCode.Int64],
        [TypeCode.UInt16] = [TypeCode.Int32, TypeCode.UInt32, TypeCode.Int64, TypeCode.UInt64],
        [TypeCode.Int32] = [TypeCode.Int64],
        [TypeCode.UInt32] = [TypeCode.Int64, TypeCode.UInt64],
    };
}
