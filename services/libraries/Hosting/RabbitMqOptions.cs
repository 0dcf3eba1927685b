using System.ComponentModel.DataAnnotations;
using System.Net;

namespace MedCloud.Hosting;

/// <summary>The broker: section <c>MedCloud:RabbitMq</c>. Needed by every service that runs as a process of its own.</summary>
public sealed record RabbitMqOptions
{
    /// <summary>Its host name or address. Required.</summary>
    [Required(ErrorMessage = "MedCloud:RabbitMq:Host is missing; name the broker, e.g. rabbitmq.example.org")]
    public string Host { get; init; } = "";

    /// <summary>Its port of AMQP. Default 5672; with TLS, brokers mostly listen on 5671.</summary>
    [Range(1, IPEndPoint.MaxPort, ErrorMessage = "MedCloud:RabbitMq:Port must be between 1 and 65535, e.g. 5672")]
    public ushort Port { get; init; } = 5672;

    /// <summary>The virtual host. Default /.</summary>
    [Required(ErrorMessage = "MedCloud:RabbitMq:VirtualHost must not be empty, e.g. /")]
    public string VirtualHost { get; init; } = "/";

    /// <summary>The user, who may configure, write and read in the virtual host. Required.</summary>
    [Required(ErrorMessage = "MedCloud:RabbitMq:Username is missing; name the user, e.g. medcloud")]
    public string Username { get; init; } = "";

    /// <summary>The user's password; a secret. Required.</summary>
    [Required(ErrorMessage = "MedCloud:RabbitMq:Password is missing")]
    public string Password { get; init; } = "";

    /// <summary>Whether the connection is encrypted, the broker's certificate being checked against <see cref="Host"/>. Default false.</summary>
    public bool UseTls { get; init; }
}
