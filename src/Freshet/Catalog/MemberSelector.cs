using System.Linq.Expressions;

namespace Freshet;

/// <summary>A selector such as <c>e => e.AccountId</c>, kept both as data (its member path) and as code.</summary>
internal sealed class MemberSelector<TSource, TKey>
{
    private readonly Expression<Func<TSource, TKey>> _expression;
    private readonly MemberPath _path;
    private readonly string _declaration;
    private Func<TSource, TKey>? _read;

    private MemberSelector(Expression<Func<TSource, TKey>> expression, MemberPath path, string declaration)
    {
        _expression = expression;
        _path = path;
        _declaration = declaration;
    }

    /// <summary>The member path: <c>AccountId</c>, <c>Invoice.AccountId</c>; empty for the source itself (<c>id => id</c>).</summary>
    public string Path => _path.Text;

    /// <summary>Reads the member.</summary>
    /// <exception cref="InvalidKeyException">A chain such as <c>e.Invoice.AccountId</c> met a null on its way, or a nullable member has no value.</exception>
    public TKey Read(TSource source)
    {
        try
        {
            return (_read ??= _expression.Compile())(source);
        }
        catch (Exception missing) when (missing is NullReferenceException || (_path.UnwrapsNullable && missing is InvalidOperationException))
        {
            throw new InvalidKeyException(_declaration, Path, KeyFault.Null);
        }
    }

    /// <summary>Takes a selector apart. Anything but a chain of members is a fault: it could not be shown in a catalog or compared between versions.</summary>
    public static MemberSelector<TSource, TKey> From(Expression<Func<TSource, TKey>> expression, Declaration declaration)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var path = MemberPath.Of(expression);
        if (path is null)
            declaration.AddFault(CatalogFaultKind.OpaqueSelector, $"its selector '{expression}' is not a plain member",
                "Select a member, as in e => e.AccountId, and put what must be computed into the record itself.");
        return new MemberSelector<TSource, TKey>(expression, path ?? MemberPath.Unknown, declaration.Name);
    }
}
