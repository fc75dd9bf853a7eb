using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Freshet.Simulation.Building;

/// <summary>What a method, constructor or accessor does, apart from how it is declared.</summary>
/// <param name="Span">Where it stands in its file.</param>
/// <param name="Block">The same as a block of statements.</param>
/// <param name="IsProperty">Whether the block is a property's only accessor, which must be named where it stands alone.</param>
internal sealed record MemberBody(TextSpan Span, string Block, bool IsProperty)
{
    /// <summary>The body of a member; null for one that has none of its own, such as a field or a type.</summary>
    public static MemberBody? Of(SyntaxNode member) => member switch
    {
        BaseMethodDeclarationSyntax method => Of(method.Body, method.ExpressionBody, method.SemicolonToken, Returns(method)),
        AccessorDeclarationSyntax accessor => Of(accessor.Body, accessor.ExpressionBody, accessor.SemicolonToken, accessor.Keyword.Text == "get"),
        PropertyDeclarationSyntax property => OfProperty(property.ExpressionBody, property.SemicolonToken),
        IndexerDeclarationSyntax indexer => OfProperty(indexer.ExpressionBody, indexer.SemicolonToken),
        _ => null,
    };

    private static MemberBody? Of(BlockSyntax? block, ArrowExpressionClauseSyntax? arrow, SyntaxToken semicolon, bool returns)
    {
        if (block is not null) return new MemberBody(block.Span, block.ToString(), IsProperty: false);
        return arrow is null ? null : new MemberBody(Whole(arrow, semicolon), AsBlock(arrow, returns), IsProperty: false);
    }

    private static MemberBody? OfProperty(ArrowExpressionClauseSyntax? arrow, SyntaxToken semicolon) =>
        arrow is null ? null : new MemberBody(Whole(arrow, semicolon), AsBlock(arrow, returns: true), IsProperty: true);

    private static TextSpan Whole(ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon) => TextSpan.FromBounds(arrow.SpanStart, semicolon.Span.End);

    private static string AsBlock(ArrowExpressionClauseSyntax arrow, bool returns) => arrow.Expression is ThrowExpressionSyntax || !returns
        ? $"{{ {arrow.Expression}; }}"
        : $"{{ return {arrow.Expression}; }}";

    private static bool Returns(BaseMethodDeclarationSyntax member)
    {
        if (member is not MethodDeclarationSyntax method) return member is OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax;
        var type = method.ReturnType.ToString();
        var isAsync = method.Modifiers.Any(modifier => modifier.Text == "async");
        return type != "void" && !(isAsync && type is "Task" or "ValueTask");
    }
}
