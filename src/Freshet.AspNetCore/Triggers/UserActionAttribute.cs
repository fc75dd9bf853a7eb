using Microsoft.AspNetCore.Mvc.Filters;

namespace Freshet.AspNetCore;

/// <summary>The action of a controller, or the handlers of a Razor page, run under a user action without declaring events. The same as <c>.UserAction()</c> on an endpoint.</summary>
/// <remarks>On a controller or page model it is about their writes: actions and handlers answering GET are left alone unless they declare something themselves.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class UserActionAttribute : Attribute, IFilterFactory, IOrderedFilter, IUserActionMetadata
{
    /// <inheritdoc/>
    public bool IsReusable => true;

    /// <summary>Before all other filters, so that they run inside the user action.</summary>
    public int Order => int.MinValue;

    bool IUserActionMetadata.IncludesReads => false;

    /// <inheritdoc/>
    public IFilterMetadata CreateInstance(IServiceProvider serviceProvider) => UserActionMvcFilter.Instance;
}

/// <summary>The action of a controller, or the handlers of a Razor page, raise this event, under a user action. The same as <c>.Raises&lt;TEvent&gt;()</c> on an endpoint.</summary>
/// <typeparam name="TEvent">The event's CLR type, as declared in a catalog.</typeparam>
/// <remarks>On a controller or page model it is about their writes: actions and handlers answering GET are left alone unless they declare something themselves.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class RaisesAttribute<TEvent> : Attribute, IFilterFactory, IOrderedFilter, IRaisesEvent, IUserActionMetadata
    where TEvent : notnull
{
    /// <inheritdoc/>
    public Type EventType => typeof(TEvent);

    /// <inheritdoc/>
    public bool IsReusable => true;

    /// <summary>Before all other filters, so that they run inside the user action.</summary>
    public int Order => int.MinValue;

    bool IUserActionMetadata.IncludesReads => false;

    /// <inheritdoc/>
    public IFilterMetadata CreateInstance(IServiceProvider serviceProvider) => UserActionMvcFilter.Instance;
}

/// <summary>The body of the answer must not change: token and events travel in headers alone. The same as <c>.HeadersOnly()</c> on an endpoint.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class HeadersOnlyAttribute : Attribute, IHeadersOnly;
