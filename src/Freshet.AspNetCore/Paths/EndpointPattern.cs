using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace Freshet.AspNetCore;

/// <summary>One endpoint's route pattern, to ask whether a path or pattern reaches it.</summary>
internal sealed class EndpointPattern(RoutePattern pattern, ParameterPolicyFactory policies)
{
    private readonly string _text = PathTags.Normalize(pattern.RawText ?? "/");
    private readonly Part _whole = new(pattern, pattern, policies);

    /// <summary>Whether a normalized pattern is this one, or for layouts, one that this one lies below.</summary>
    public bool IsPattern(string normal, PathScope scope) => _text == normal || (scope == PathScope.Layout && _text.StartsWith(normal + "/", StringComparison.Ordinal));

    /// <summary>Whether a concrete path is answered here, or for layouts, begins one that is.</summary>
    public bool Matches(string path, PathScope scope)
    {
        if (_whole.Matches(path)) return true;
        if (scope == PathScope.Page) return false;
        if (path == "/") return true;
        var depth = path.Count(c => c == '/');
        return depth < pattern.PathSegments.Count && new Part(pattern, RoutePatternFactory.Pattern(pattern.PathSegments.Take(depth)), policies).Matches(path);
    }

    /// <summary>A pattern, or its first segments, as a matcher with the parameters' constraints.</summary>
    private sealed class Part(RoutePattern whole, RoutePattern pattern, ParameterPolicyFactory policies)
    {
        private readonly TemplateMatcher _matcher = new(new RouteTemplate(pattern), new RouteValueDictionary(pattern.Defaults));

        public bool Matches(string path)
        {
            var values = new RouteValueDictionary();
            return _matcher.TryMatch(path, values) && pattern.Parameters.All(parameter => IsAllowed(parameter, values));
        }

        private bool IsAllowed(RoutePatternParameterPart parameter, RouteValueDictionary values)
        {
            // An MVC convention such as {controller}/{action} stands once for every action, with the names it must have.
            if (whole.RequiredValues.TryGetValue(parameter.Name, out var required) && required is string { Length: > 0 } name
                && !string.Equals(values[parameter.Name]?.ToString(), name, StringComparison.OrdinalIgnoreCase)) return false;
            if (!values.ContainsKey(parameter.Name) || !whole.ParameterPolicies.TryGetValue(parameter.Name, out var declared)) return true;
            return declared.All(reference =>
                policies.Create(parameter, reference) is not IRouteConstraint constraint
                || constraint.Match(httpContext: null, route: null, parameter.Name, values, RouteDirection.IncomingRequest));
        }
    }
}
