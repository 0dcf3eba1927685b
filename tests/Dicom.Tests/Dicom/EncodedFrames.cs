namespace MedCloud.Dicom.Tests;

/// <summary>
/// One image of 20 x 24 pixels in many encodings. Made by dcmcjpeg.
/// </summary>
internal static class EncodedFrames
{
    public const int Rows = 20;
    public const int Columns = 24;

    /// <summary>The image, of 12 bits: smooth, with a gradient of its own in each line.</summary>
    public static int[] Image { get; } = [.. Enumerable.Range(0, Rows * Columns).Select(index => (index / Columns * (index / Columns) * 3) + (index % Columns * 17))];

    public static byte[] Lossless8 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAUABgBAREA/8QAGQABAQEAAwAAAAAAAAAAAAAAAgQDAAEI/9oACAEBAAEAAPP6SSSaSSSaSSS4kk0kkk0kkk0u0k0kkk0kkk0kkkmkkkmkkkmk0kkk0k" +
        "kk0kkk0kmkkkmkkkmlokmkkkmkkkmktUkmkkkmkkkmlskkkmkkkmkkktkkmkkkmkkkmlukmkkkmkkkmkqEkmkkkmkkkmlSkkkmkkkmkkkqUkmkkkmkkkmlUkmkkkmkkkmkq0kmkkkmkkkmlYkkkmkk" +
        "kmkkkrEkmkkkmkkkmlakmkkkmkkkmkrkkmkkkmkkkml//9k=");

    public static byte[] Lossless12 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABQcGBAIQ/9oACAEBAAEAAPkUUUUUUUUUUUUUUUUUUUUUUfaKKKKKKKKKKKKKKKKKKKKKKPSiiiiiii" +
        "iiiiiiiiiiiiiiij3oooooooooooooooooooooooqoooooooooooooooooooooootooooooooooooooooooooooo6FFFFFFFFFFFFFFFFFFFFFFFHTooooooooooooooooooooooo61FFFFFFFFFFF" +
        "FFFFFFFFFFFHZooooooooooooooooooooooo7lFFFFFFFFFFFFFFFFFFFFFFHfooooooooooooooooooooooo0VFFFFFFFFFFFFFFFFFFFFFFGlooooooooooooooooooooooo1FFFFFFFFFFFFFFF" +
        "FFFFFFFFGrooooooooooooooooooooooo11FFFFFFFFFFFFFFFFFFFFFFGxooooooooooooooooooooooo2lFFFFFFFFFFFFFFFFFFFFFFG3ooooooooooooooooooooooo//Z");

    public static byte[] LosslessSigned16 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABQcGBAIP/9oACAEBAAEAAPvqIiiiiiiiiiiiiiiiiiiiiiij7RRRRRRRRRRRRRRRRRRRRRRR6UUUUU" +
        "UUUUUUUUUUUUUUUUUUe9FFFFFFFFFFFFFFFFFFFFFFFVFFFFFFFFFFFFFFFFFFFFFFFtFFFFFFFFFFFFFFFFFFFFFFHQooooooooooooooooooooooo6dFFFFFFFFFFFFFFFFFFFFFFHWooooooooo" +
        "oooooooooooooo7NFFFFFFFFFFFFFFFFFFFFFFHcooooooooooooooooooooooo79FFFFFFFFFFFFFFFFFFFFFFGiooooooooooooooooooooooo0tFFFFFFFFFFFFFFFFFFFFFFGooooooooooooo" +
        "ooooooooooo1dFFFFFFFFFFFFFFFFFFFFFFGuooooooooooooooooooooooo2NFFFFFFFFFFFFFFFFFFFFFFG0ooooooooooooooooooooooo29FFFFFFFFFFFFFFFFFFFFFFH/9k=");

    public static byte[] LosslessPredictor2 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABwYFBAIP/9oACAEBAAIAAPvqJo6Ojo6Ojo6Ojo6Ojo6Ojo6Ojo6Ojo6Pv379+/fv379+/fv379+/fv" +
        "379+/fT09PT09PT09PT09PT09PT09PT09PT09Pf39/f39/f39/f39/f39/f39/f39/f39+rq6urq6urq6urq6urq6urq6urq6urq6u3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t7dDQ0NDQ0NDQ0NDQ0N" +
        "DQ0NDQ0NDQ0NDQ0NPT09PT09PT09PT09PT09PT09PT09PT09bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dnZ2dzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3N/f39/f" +
        "39/f39/f39/f39/f39/f39/f36KioqKioqKioqKioqKioqKioqKioqKioqWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaioqKioqKioqKioqKioqKioqKioqKioqKurq6urq6urq6urq6urq6urq6urq6" +
        "urq66urq6urq6urq6urq6urq6urq6urq6urrGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLe3t7e3t7e3t7e3t7e3t7e3t7e3t7e3t////Z");

    public static byte[] LosslessPredictor3 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEBAQEBAAAAAAAAAAAABwYFCAQCD//aAAgBAQADAAD99RNHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR+9TU1NTU1NTU1NTU1NTU1" +
        "NTU1NTU1NTU9O1tbW1tbW1tbW1tbW1tbW1tbW1tbW1te+goKCgoKCgoKCgoKCgoKCgoKCgoKCgoNWmpqampqampqampqampqampqampqamptusrKysrKysrKysrKysrKysrKysrKysrKGysrKysrKy" +
        "srKysrKysrKysrKysrKysqe4uLi4uLi4uLi4uLi4uLi4uLi4uLi4uK2+vr6+vr6+vr6+vr6+vr6+vr6+vr6+vrNERERERERERERERERERERERERERERERLlKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSr" +
        "9QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEVWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVktcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFFiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYldoaGhoaGhoaGhoaGhoaGho" +
        "aGhoaGhoaF1ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubmN0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dGl6enp6enp6enp6enp6enp6enp6enp6em/oDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDoDo" +
        "DoD///2Q==");

    public static byte[] LosslessPredictor4 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEBAQEBAAAAAAAAAAAAAAUHBgQCD//aAAgBAQAEAAD99RKNGjRo0aNGjRo0aNGjRo0aNGjRo/YAAAPSAAAD3gAAAqgAAAtgAA" +
        "A6EAAAHTgAAA60AAAHZgAAA7kAAAHfgAAA0UAAAGlgAAA1EAAAGrgAAA10AAAGxgAAA2kAAAG3gAAA///Z");

    public static byte[] LosslessPredictor5 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABAUHBg8C/9oACAEBAAUAAPfUSjRo0aNGjRo0aNGjRo0aNGjRo0aP2lKUpSlKUpSlKUpSlKUpSlKUpS" +
        "lKUpSlKUpSlKUpelKUpSlKUpSlKUpSlKUpqpSlKUpSlKUpSlKUpSlKbaUpSlKUpSlKUpSlKUpSnoUpSlKUpSlKUpSlKUpSlPTpSlKUpSlKUpSlKUpSlKetSlKUpSlKUpSlKUpSlKU9mlKUpSlKUpSl" +
        "KUpSlKUp7lKUpSlKUpSlKUpSlKUpT36UpSlKUpSlKUpSlKUpSnRUpSlKUpSlKUpSlKU+ABCUp0tKUpSlKUpSlKU+ABCUpSlKdRSlKUpSlKU+ABCUpSlKUpSnV0pSlKfAAhKUpSlKUpSlKUp11PgAQl" +
        "KUpSlKUpSlKUpSlKdjSlKUpSlKUpSlKUpSlKU7SlKUpSlKUpSlKUpSlKUp29KUpSlKUpSlKUpSlKUpT///2Q==");

    public static byte[] LosslessPredictor6 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGgABAQEAAwEAAAAAAAAAAAAABgUEAgMPB//aAAgBAQAGAAD31Eo0aNGjRo0aNGjRo0aNGjRo0aNGjz5cuXLly5cuXLly5cuXLly5cu" +
        "XLlp7e3t7e3t7e3t7e3t7e3t7e3t7e3t7e3fo0aNGjRo0aNGjRo0aNGjRo0aNGirr169evXr169evXr169evXr169eu3u3bt27du3bt27du3bt27du3bt25DRo0aNGjRo0aNGjRo0aNGjRo0aNFPUq" +
        "VKlSpUqVKlSpUqVKlSpUqVKlRbXr169evXr169evXr169evXr169dnatWrVq1atWrVq1atWrVq1atWrVpzdu3bt27du3bt27du3bt27du3bt1+gQIECBAgQIECBAgQIECBAgQeAD/gA/4AP/AEVGjR" +
        "o0aNGjRo0aNGjRo/ACLwAi8AIvACJGjR/S0yZMmTJkyZMmTJvACXwAl8AJfACVMmTJkyZN9RUqVKlSpU+AFHgBR4AUeAFHgBQpUqVKlSpUqVKn6usWeAFfgBX4AV+AFfgBWsWLFixYsWLFixYsWLFn" +
        "13wAu8ALl69evXr169evXr169evXr169f9jZMmTJkyZMmTJkyZMmTJkyZMmTJl9patWrVq1atWrVq1atWrVq1atWrVr9vcOHDhw4cOHDhw4cOHDhw4cOHDhx/9k=");

    public static byte[] LosslessPredictor7 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALEAAUABgBAREA/8QAGQABAQEBAQEAAAAAAAAAAAAABgUEBw8C/9oACAEBAAcAAPfUSjRo0aNGjRo0aNGjRo0aNGjRo0aP3q1atWrVq1atWrVq1atWrVq1at" +
        "WrTt27du3bt27du3bt27du3bt27du3fQoUKFChQoUKFChQoUKFChQoUKFCrTp06dOnTp06dOnTp06dOnTp06dO3WrVq1atWrVq1atWrVq1atWrVq1ZDZs2bNmzZs2bNmzZs2bNmzZs2bNlPcuXLly5" +
        "cuXLly5cuXLly5cuXLlxbfv379+/fv379+/fv379+/fv3799miRIkSJEiRIkSJEiRIkSJEiRIkSJylSpUqVKlSpUqVKlSpUqVKlSpUqV+oUKFChQoUKFChQoUKFChQoUeAE/gBP4AT9FVq1atWrVq1" +
        "atWrVq1avwAq8AKvACpWrVq+lrly5cuXLly5cuXeAFvgBb4AWrly5cuXLl3UWLFixYsWPgBh4AYeAGHgBgxYsWLFixYsWLFj1do08AM/ADPwAz8AM2jRo0aNGjRo0aNGjRo0add8ANm7du3bt27du3" +
        "bt27du3bt27du37G6dOnTp06dOnTp06dOnTp06dOnTrtL169evXr169evXr169evXr169eve39A6B0DoHQOgdA6B0DoHQOgdA6B0DoHQOgdA6B0DoHQP///Z");

    public static byte[] Extended12 => Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQIBAQEBAQIBAQECAgICAgICAgIDAwQDAwMDAwICAwQDAwQEBAQEAgMFBQQEBQQEBAT/wQALDAAUABgBAREA/8QAFwABAAMAAA" +
        "AAAAAAAAAAAAAACwoMDv/EACQQAAADBgcBAAAAAAAAAAAAAAkmYQADBQcoQwQKC0RFRmJl/9oACAEBAAA/AMG/hkhATrLxXjFrZvERkQAyQgJ1l4rxi1s3iIyIAZIQE6y8V4xa2bxEaWAGTpi06y9T" +
        "3GLXWHieGRADJ0xadZep7jFrrDxPDIgBk6YtOsvU9xi11h4nhrPkGTk9QKy9TFjLXKw5PnsiAGTk9QKy9TFjLXKw5PnsiAGTk9QKy9TFjLXKw5Pnt//Z");
}
